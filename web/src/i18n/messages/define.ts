/** A list of messages: key to [Chinese, English]. */
export function define<Key extends string>(list: Record<Key, readonly [zh: string, en: string]>): Record<Key, readonly [zh: string, en: string]> {
  return list
}
