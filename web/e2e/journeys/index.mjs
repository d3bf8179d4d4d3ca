import { access } from './access.mjs'
import { account } from './account.mjs'
import { asking } from './asking.mjs'
import { administration } from './administration.mjs'
import { evidence } from './evidence.mjs'
import { pages } from './pages.mjs'
import { providing } from './providing.mjs'

export const journeys = [...access, ...asking, ...evidence, ...providing, ...account, ...administration, ...pages]
