// Every text of the console, by area.
import { account } from './account'
import { admin } from './admin'
import { agent } from './agent'
import { ask } from './ask'
import { catalogue } from './catalogue'
import { common } from './common'
import { copy } from './copy'
import { document } from './document'
import { evidence } from './evidence'
import { generated } from './generated'
import { grant } from './grant'
import { help } from './help'
import { home } from './home'
import { steps } from './steps'
import { map } from './map'
import { need } from './need'
import { project } from './project'
import { request } from './request'
import { subscription } from './subscription'
import { tour } from './tour'
import { words } from './words'

export const messages = { ...account, ...admin, ...agent, ...ask, ...catalogue, ...common, ...copy, ...document, ...evidence, ...generated, ...grant, ...help, ...home, ...steps, ...map, ...need, ...project, ...request, ...subscription, ...tour, ...words }

export type MessageKey = keyof typeof messages
