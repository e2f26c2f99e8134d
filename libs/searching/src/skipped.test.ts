import { SearchState } from '@gradsign/contracts';
import { Fixture } from './test-support';

// Building ten thousand networks would take half a minute.
jest.mock('./costs', () => ({
  ...jest.requireActual<object>('./costs'),
  costCounter: () => () => ({ params: 2, flops: 3 }),
}));

test('constraints that nothing keeps fail the search instead of looping for ever', async () => {
  const fixture = new Fixture();
  const { search, trials } = await fixture.run({ constraints: { maxParams: 1n } });
  await fixture.service.close();
  expect(search.state).toBe(SearchState.SEARCH_STATE_FAILED);
  expect(search.error!.message).toMatch(/^the last 10000 proposals were outside the constraints or known already/);
  expect(search.trialCounts).toMatchObject({ infeasible: 10_000, succeeded: 0 });
  expect(trials[0].error!.message).toBe('2 parameters are over the limit of 1');
  expect(fixture.oracle.evaluations).toEqual([]);
});
