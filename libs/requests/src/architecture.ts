import { searchSpaceNames, ServiceError, type SearchSpace as SpaceEnum } from '@gradsign/contracts';
import { searchSpaces, type SearchSpace } from '@gradsign/search-spaces';
import { toServiceError } from './errors';

/** The search space of an enum value. @throws ServiceError INVALID_ARGUMENT, UNIMPLEMENTED for spaces without code. */
export function resolveSpace(value: SpaceEnum, field: string): SearchSpace {
  const name = searchSpaceNames.format(value, field);
  const space = searchSpaces.get(name);
  if (!space) {
    throw new ServiceError(
      'UNIMPLEMENTED',
      `${field}: this version does not build the search space ${name}; it has: ${[...searchSpaces.keys()].join(', ')}`,
    );
  }
  return space;
}

/** The canonical text of an architecture. @throws ServiceError INVALID_ARGUMENT pointing at the character. */
export function checkArchitecture(space: SearchSpace, text: string, field: string): string {
  try {
    return space.format(space.parse(text));
  } catch (error) {
    throw toServiceError(error, field);
  }
}
