// Words too short to be broken over two lines of a table, where Chinese may otherwise break between any two characters.

const LONGEST = 7

/** True for a text that stays on one line. */
export const isShort = (text: string) => [...text].length <= LONGEST
