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

/** @param {string} address - relative to the app's. */
async function fetched(address) {
  const response = await fetch(new URL(address, document.baseURI))
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return gunzip(await response.arrayBuffer())
}

/** @param {string} address - relative to the app's. */
export const fetchText = async (address) => (await fetched(address)).text()

/** @param {string} address - relative to the app's. */
export const fetchBytes = async (address) => (await fetched(address)).arrayBuffer()
