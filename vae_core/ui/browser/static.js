// Fetches this app's static files, which the server compressed once with gzip (see static_files.py).

/**
 * The content of a gzip-compressed response, as a response.
 * @param {Response} response
 */
export function gunzip(response) {
  if (!response.body) throw new Error("the answer is empty")
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")))
}

/** @param {string} address - relative to the app's. */
async function fetched(address) {
  const response = await fetch(new URL(address, document.baseURI))
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return gunzip(response)
}

/** @param {string} address - relative to the app's. */
export const fetchText = async (address) => (await fetched(address)).text()

/** @param {string} address - relative to the app's. */
export const fetchBytes = async (address) => (await fetched(address)).arrayBuffer()
