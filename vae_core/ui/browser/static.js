// This app's static files, gzip-compressed by the server's side once (see static_files.py).

/** The content of a gzip-compressed response, as a response. */
export const unpack = (response) => new Response(response.body.pipeThrough(new DecompressionStream("gzip")))

async function fetched(address) {
  const response = await fetch(new URL(address, document.baseURI))
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return unpack(response)
}

export const fetchText = async (address) => (await fetched(address)).text()

export const fetchBytes = async (address) => (await fetched(address)).arrayBuffer()
