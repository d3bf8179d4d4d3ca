// The state of a front machine in one word.
import type { Agent } from '@/api'

export function agentState(agent: Agent): 'disabled' | 'invited' | 'connected' | 'disconnected' {
  if (agent.disabled) return 'disabled'
  if (agent.connected) return 'connected'
  return agent.joined_ms ? 'disconnected' : 'invited'
}
