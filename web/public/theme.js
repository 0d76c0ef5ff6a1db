// Before the first paint: the theme that was chosen, or the system's.
;(() => {
  try {
    const theme = localStorage.getItem('kometa-preview.theme')
    if (theme === '"dark"' || theme === '"light"') document.documentElement.dataset.theme = JSON.parse(theme)
  } catch (error) {
    // A browser that keeps nothing: the system's theme it is.
    void error
  }
})()
