// The report is already in the page, so that saving it asks nothing of the server.
const contents = {
  'report.html': () => [element.querySelector('iframe').srcdoc, 'text/html'],
  'report.json': () => [element.querySelector('.qb-json').content.textContent, 'application/json'],
};

element.addEventListener('click', (event) => {
  if (event.target.closest('.qb-halt')) {
    event.target.textContent = 'Stopping';
    trigger('halt', {});
  }
  const name = event.target.dataset.file;
  if (!name) return;
  const [text, type] = contents[name]();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});
