element.addEventListener('click', (event) => {
  if (!event.target.closest('.qb-halt')) return;
  event.target.textContent = 'Stopping';
  trigger('halt', {});
});
