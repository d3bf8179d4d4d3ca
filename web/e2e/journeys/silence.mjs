// Silence: an office that does not answer is reminded, then its head is told, then the bureau, then it is marked, all by itself.
// The county's clock is put ahead through the file that the demo follows, so this journey is the last one.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../stage.mjs'
import { act, draft, parties } from './sharing.mjs'

const DAY_MS = 86_400_000
/** Rungs of the ladder: what the time line calls it, and who hears of it. */
const RUNGS = [
  { kind: 'sharing.request.reminded', to: ['office'] },
  { kind: 'sharing.request.head_told', to: ['head'] },
  { kind: 'sharing.request.authority_told', to: ['bureau'] },
  { kind: 'sharing.request.overdue', to: ['head', 'bureau', 'clerk'] },
]
/** No ladder is longer than this. */
const DAYS = 60

export const silence = [
  {
    name: 'silence: a reminder, the head, the bureau and the mark come by themselves, one after the other',
    ahead: true,
    async run(stage) {
      const { resource, provider, consumer } = await parties(stage)
      const people = { office: provider.operator, head: provider.head, bureau: stage.account('business_operator'), clerk: consumer.operator }
      const clerk = await stage.logIn(consumer.operator)
      const id = await draft(stage, clerk, resource, false)
      await clerk.click('[data-test=submit-request]')
      await clerk.waitForURL(new RegExp(`requests/${id}$`))
      const signer = await stage.logIn(consumer.head, `/requests/${id}`)
      await act(stage, signer, 'sign')

      const told = async (who) => {
        const page = await stage.logIn(people[who])
        const { items } = await stage.get(page, 'notices?page_size=200')
        return { page, ours: items.filter((one) => one.link?.includes(id)) }
      }
      const events = async (page) => (await stage.get(page, `requests/${id}/timeline`)).items
      for (let days = 0, rung = 0; rung < RUNGS.length; days++) {
        assert(days <= DAYS, `nothing happens after ${DAYS} days on rung ${rung}`)
        // A little more each time than a day: over the edge of the day wherever it is now.
        writeFileSync(join(stage.world.dir, 'days-ahead'), String(days + 0.02))
        const { kind, to } = RUNGS[rung]
        const door = await stage.open('/login')
        await caughtUp(door, days)
        await door.context().close()
        // The log-ins of yesterday are over; the office looks at the request each morning and does nothing.
        const office = await stage.logIn(people.office, `/requests/${id}`)
        const climbed = (await events(office)).filter((one) => RUNGS.some((rung) => rung.kind === one.kind)).map((one) => one.kind)
        assert(climbed.length === new Set(climbed).size, `a rung was climbed twice: ${climbed}`)
        assert(climbed.every((one, at) => one === RUNGS[at].kind), `not in this order: ${climbed}`)
        if (climbed.length > rung) {
          assert(climbed.length === rung + 1, `two rungs on one day: ${climbed}`)
          await stage.go(office, `/requests/${id}`)
          await office.waitForSelector(`[data-test=timeline] [data-kind="${kind}"]`)
          for (const who of to) {
            const { page, ours } = await told(who)
            assert(ours.length > 0, `${who} was not told: ${kind}`)
            await stage.go(page, '/inbox')
            const message = page.locator('main td a', { hasText: resource.name }).first()
            await message.waitFor()
            if (rung + 1 === RUNGS.length && who === 'bureau') {
              await stage.inspect(page, 'silence-inbox')
              await message.click()
              await page.waitForURL(new RegExp(`requests/${id}$`))
              await stage.settle(page)
              await stage.inspect(page, 'silence-request')
            }
            await page.context().close()
          }
          rung++
        }
        await office.context().close()
      }
    },
  },
]

/** Waits until the county's clock shows the day and the work that fell due has been done. */
async function caughtUp(page, days) {
  await page.waitForFunction(
    async (ahead) => {
      const node = await (await fetch('/readyz', { cache: 'no-store' })).json()
      return node.now_ms >= Date.now() + ahead - 60_000 && node.follow_ups_due === 0
    },
    days * DAY_MS,
    { timeout: 60_000, polling: 200 },
  )
}
