export const en = {
  hidden: { one: '{count} more touchpoint in between', other: '{count} more touchpoints in between' },
  unfold: 'Show the whole path',
  fold: 'Shorten the path',
  times: '{count} times in a row',
} as const;
