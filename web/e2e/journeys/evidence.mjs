// Evidence is checked by the reader himself.
import { readFileSync } from 'node:fs'
import { assert } from '../stage.mjs'
import { asker, fillQuestion } from './asking.mjs'

export const evidence = [
  {
    name: 'evidence: a saved checkpoint is consistent with a log that grew; an altered one is not accepted',
    async run(stage) {
      const auditor = await stage.logIn(stage.account('security_auditor'), '/evidence')
      const [download] = await Promise.all([auditor.waitForEvent('download'), auditor.click('[data-test=save-checkpoint]')])
      const saved = readFileSync(await download.path(), 'utf8')
      await auditor.fill('[data-test=saved-checkpoint]', saved)
      await auditor.click('[data-test=compare]')
      await auditor.waitForSelector('[data-test=compare-verdict][data-ok=true]')

      const { page, grant, sample } = await asker(stage)
      for (const n of [1, 2, 3]) {
        await fillQuestion(stage, page, grant, sample.value, `2026-E2E-${n}`)
        await page.click('[data-test=ask-send]')
        await page.waitForSelector('[data-test=answer]')
      }
      await auditor.click('[data-test=compare]')
      await stage.settle(auditor)
      const verdict = auditor.locator('[data-test=compare-verdict]')
      assert((await verdict.getAttribute('data-ok')) === 'true', await verdict.innerText())
      assert((await verdict.innerText()).includes('原样都在'), await verdict.innerText())
      await stage.inspect(auditor, 'evidence-compare')

      const lines = saved.split('\n')
      lines[1] = String(Number(lines[1]) - 1)
      await auditor.fill('[data-test=saved-checkpoint]', lines.join('\n'))
      await auditor.click('[data-test=compare]')
      await auditor.waitForSelector('[data-test=compare-verdict][data-ok=false]')
      await auditor.fill('[data-test=saved-checkpoint]', '随便写的')
      await auditor.click('[data-test=compare]')
      await auditor.waitForSelector('[data-test=compare-verdict][data-ok=false]')
    },
  },
  {
    name: 'evidence: an entry that the server altered fails in the browser',
    async run(stage) {
      const auditor = await stage.logIn(stage.account('security_auditor'))
      await auditor.route('**/api/v1/evidence/0', async (route) => {
        const answer = await route.fetch()
        const body = await answer.json()
        const leaf = Buffer.from(body.leaf, 'base64').toString().replace(/"kind":"[^"]*"/, '"kind":"exchange.query"').replace(/"v":1/, '"v":1 ')
        await route.fulfill({ json: { ...body, leaf: Buffer.from(leaf).toString('base64'), entry: JSON.parse(leaf) } })
      })
      await stage.go(auditor, '/evidence/0')
      await auditor.click('[data-test=verify]')
      await auditor.waitForSelector('[data-test=proof-verdict][data-ok=false]')
      assert((await auditor.getAttribute('[data-step=inclusion]', 'data-ok')) === 'false', 'the altered entry was accepted')
      await stage.inspect(auditor, 'evidence-altered')
    },
  },
]
