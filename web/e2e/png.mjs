// Makes a screenshot light enough for a handbook: the same picture with at most 256 colours.
import { deflateSync, inflateSync } from 'node:zlib'

const MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n >>> 0
})
const crc = (bytes) => (bytes.reduce((sum, byte) => CRC[(sum ^ byte) & 0xff] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0

function chunk(type, data) {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length)
  head.write(type, 4, 'latin1')
  const tail = Buffer.alloc(4)
  tail.writeUInt32BE(crc(Buffer.concat([head.subarray(4), data])))
  return Buffer.concat([head, data, tail])
}

/** Width, height, bytes a pixel and the raw rows of an 8-bit colour PNG, as a browser makes them. */
function decode(png) {
  const data = []
  let header
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    if (type === 'IHDR') header = png.subarray(at + 8, at + 8 + length)
    if (type === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const [width, height, depth, kind, interlace] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9], header[12]]
  if (depth !== 8 || ![2, 6].includes(kind) || interlace) return null
  const size = kind === 2 ? 3 : 4
  const raw = inflateSync(Buffer.concat(data))
  const stride = width * size
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const left = x >= size ? rows[y * stride + x - size] : 0
      const up = y > 0 ? rows[(y - 1) * stride + x] : 0
      const corner = x >= size && y > 0 ? rows[(y - 1) * stride + x - size] : 0
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
      const guess = [0, left, up, (left + up) >> 1, a <= b && a <= c ? left : b <= c ? up : corner][filter]
      rows[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess
    }
  }
  return { width, height, size, rows }
}

/** The same picture with a palette; the picture itself when it is of a kind that browsers do not make. */
export function lighter(png) {
  const image = decode(png)
  if (!image) return png
  const { width, height, size, rows } = image
  const pixels = width * height
  const colour = (i) => (rows[i * size] << 16) | (rows[i * size + 1] << 8) | rows[i * size + 2]
  const found = new Map()
  for (let i = 0; i < pixels; i++) found.set(colour(i), (found.get(colour(i)) ?? 0) + 1)
  // The commonest colours, and of the rest those that differ from what is there already.
  const palette = []
  const near = (one, other) => Math.abs((one >> 16) - (other >> 16)) + Math.abs(((one >> 8) & 255) - ((other >> 8) & 255)) + Math.abs((one & 255) - (other & 255))
  for (const least of [0, 12, 24]) {
    for (const [one] of [...found].sort((a, b) => b[1] - a[1]).slice(0, least ? 4000 : 48)) {
      if (palette.length < 256 && palette.every((other) => near(one, other) > least)) palette.push(one)
    }
  }
  const index = new Map()
  const nearest = (one) => {
    let [best, distance] = [0, Infinity]
    palette.forEach((other, i) => {
      const now = near(one, other)
      if (now < distance) [best, distance] = [i, now]
    })
    return best
  }
  for (const one of found.keys()) index.set(one, nearest(one))
  const out = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[y * (width + 1) + 1 + x] = index.get(colour(y * width + x))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]))
  return Buffer.concat([MAGIC, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(out, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}
