import { operatorShares } from './profile';

const node = (op_name: string, dur: number) => ({
  cat: 'Node',
  name: `${op_name}_kernel_time`,
  dur,
  args: { op_name },
});

test('nodes are added up by operator over all profiles, and nothing else is', () => {
  const session = { cat: 'Session', name: 'model_run', dur: 9000 };
  const profiles = [
    [session, node('Conv', 600), node('Add', 300)],
    [session, node('Conv', 100)],
  ];
  expect(operatorShares(profiles.map((events) => JSON.stringify(events)))).toEqual([
    { operator: 'Conv', runs: 2, milliseconds: 0.7, share: 0.7 },
    { operator: 'Add', runs: 1, milliseconds: 0.3, share: 0.3 },
  ]);
});
