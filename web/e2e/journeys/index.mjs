import { access } from './access.mjs'
import { account } from './account.mjs'
import { asking } from './asking.mjs'
import { administration } from './administration.mjs'
import { documents } from './documents.mjs'
import { evidence } from './evidence.mjs'
import { pages } from './pages.mjs'
import { providing } from './providing.mjs'
import { handbook } from './handbook.mjs'
import { map } from './map.mjs'
import { projects } from './projects.mjs'
import { sharing } from './sharing.mjs'
import { silence } from './silence.mjs'
import { copies } from './copies.mjs'
import { subscriptions } from './subscriptions.mjs'

// The last one puts the clock ahead.
export const journeys = [...access, ...asking, ...evidence, ...providing, ...sharing, ...projects, ...map, ...subscriptions, ...documents, ...copies, ...account, ...administration, ...pages, ...handbook, ...silence]
