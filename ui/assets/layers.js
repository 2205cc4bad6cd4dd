// How much of the document is shown around an answer; kept for the next visit where the browser allows it.
const name = 'quoteback.around';
const inputs = [...element.querySelectorAll('input')];

function show(layer) {
  document.body.dataset.qbAround = layer;
  for (const input of inputs) input.checked = input.value === layer;
}

function kept() {
  try { return localStorage.getItem(name); } catch (error) { return null; }
}

element.addEventListener('change', (event) => {
  show(event.target.value);
  try { localStorage.setItem(name, event.target.value); } catch (error) { /* for this visit only, then */ }
});

const before = kept();
show(inputs.some((input) => input.value === before) ? before : 'sentence');
