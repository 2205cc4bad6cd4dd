// The form is sent as a whole, so that a date half typed changes nothing; afterwards the keyboard is at its line.
let sent = false;

element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const kinds = [...form.querySelectorAll('[name=kind]:checked')].map((box) => box.value);
  sent = true;
  trigger('narrow', { kinds, after: form.elements.after.value, before: form.elements.before.value });
});

watch('value', () => {
  if (sent) element.querySelector('summary')?.focus();
  sent = false;
});
