import { fileURLToPath } from 'node:url'
import legacy from '@vitejs/plugin-legacy'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

/** The hub that `npm run dev` and `npm run preview` pass calls on to. */
const hub = process.env.GUANTONG_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
    vue(),
    Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    // Chrome 69 and its relatives understand ES modules, so one build lowered to their syntax with polyfills serves everybody.
    // The nomodule build would need inline scripts, which the server's content security policy forbids.
    legacy({
      renderLegacyChunks: false,
      modernTargets: ['chrome >= 69', 'edge >= 79', 'firefox >= 68', 'safari >= 13'],
      modernPolyfills: true,
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { manifest: true, cssTarget: ['chrome69'], chunkSizeWarningLimit: 700, assetsInlineLimit: 0 },
  server: { host: '127.0.0.1', proxy: { '/api': hub } },
  preview: { host: '127.0.0.1', proxy: { '/api': hub, '/docs': hub } },
  test: { include: ['tests/**/*.test.ts', 'src/**/*.test.ts'], environment: 'node' },
})
