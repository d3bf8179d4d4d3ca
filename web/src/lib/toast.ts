// Short notices at the top of the window.
import { ElMessage } from 'element-plus/es/components/message/index.mjs'
import 'element-plus/es/components/message/style/css'

/** Says that something was done. */
export function done(message: string): void {
  ElMessage({ message, type: 'success', duration: 4000, showClose: true })
}
