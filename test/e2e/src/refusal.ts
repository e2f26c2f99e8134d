import { ServiceError } from '@gradsign/contracts';

/** The error that a call is refused with. @throws Error when it is answered, or fails in another way. */
export async function refusal(call: Promise<unknown>): Promise<ServiceError> {
  const error = await call.then(
    (): unknown => new Error('the call was answered'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ServiceError) return error;
  throw error;
}

/** Refused for one field: the code, the field as the violation and at the head of the sentence, and the sentence. */
export function invalid(field: string, sentence: RegExp) {
  const message = expect.stringMatching(new RegExp(`^${escaped(field)}: .*${sentence.source}`));
  return { code: 'INVALID_ARGUMENT', message, violations: [{ field, description: expect.stringMatching(sentence) }] };
}

function escaped(text: string): string {
  return text.replace(/[[\].]/g, '\\$&');
}
