// Hocuspocus as it comes: every default, documents in memory; kept in files by its own extension
// where DATA names a folder.
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const folder = process.env.DATA
const file = (name) => join(folder, encodeURIComponent(name))
const database = new Database({
  fetch: ({ documentName }) => readFile(file(documentName)).catch(() => null),
  store: ({ documentName, state }) => writeFile(file(documentName), state)
})
const extensions = folder === undefined ? [] : [database]
const server = new Server({ address: '127.0.0.1', port: Number(process.env.PORT), quiet: true, extensions })
await server.listen()
