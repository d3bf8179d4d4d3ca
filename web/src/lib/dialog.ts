// Dialogs and drawers for screen readers.

/** Element Plus gives each dialog a `header`, which would count as a second banner of the page; the dialog has its own name. */
export function plainHeaders(): void {
  for (const header of document.querySelectorAll('.el-dialog__header:not([role]), .el-drawer__header:not([role])')) header.setAttribute('role', 'presentation')
}
