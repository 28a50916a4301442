// This app's static files, gzip-compressed by the server's side once (see static_files.py).

const unpacked = async (address) => {
  const response = await fetch(new URL(address, document.baseURI))
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")))
}

export const fetchText = async (address) => (await unpacked(address)).text()

export const fetchBytes = async (address) => (await unpacked(address)).arrayBuffer()
