// Fetches this app's static files, which the server compressed once with gzip (see static_files.py).

/**
 * The content of a gzip-compressed file, as a response. What is not compressed is left as it is: some servers and proxies
 * unpack such files on their way, or have the browser do it.
 * @param {ArrayBuffer} bytes
 */
export function gunzip(bytes) {
  const [first, second] = new Uint8Array(bytes.slice(0, 2))
  if (first !== 0x1f || second !== 0x8b) return new Response(bytes)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
}

/**
 * @param {string} address - relative to the app's.
 * @param {Record<string, string>} headers
 */
async function request(address, headers = {}) {
  const response = await fetch(new URL(address, document.baseURI), { headers })
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return response
}

/** @param {string} address */
const fetched = async (address) => gunzip(await (await request(address)).arrayBuffer())

/** @param {string} address - relative to the app's. */
export const fetchText = async (address) => (await fetched(address)).text()

/** @param {string} address - relative to the app's. */
export const fetchBytes = async (address) => (await fetched(address)).arrayBuffer()

/**
 * A part of a file. Some servers and proxies send all of it, whatever is asked for.
 * @param {string} address - relative to the app's.
 * @param {number} start - its first byte.
 * @param {number} end - the byte after its last.
 */
export async function fetchRange(address, start, end) {
  const response = await request(address, { Range: `bytes=${start}-${end - 1}` })
  const bytes = await response.arrayBuffer()
  return response.status === 206 ? bytes : bytes.slice(start, end)
}
