// The gold file is sent at once when it is chosen.
const input = element.querySelector('input');
const status = element.querySelector('.qb-sending');

input.addEventListener('change', async () => {
  const [file] = input.files;
  if (!file) return;
  status.textContent = `Sending ${file.name}`;
  try {
    const sent = await upload(file);
    trigger('evaluate', { path: sent.path });
    status.textContent = '';
  } catch (error) {
    status.textContent = `${file.name} could not be sent; it may be larger than 20 MB.`;
  }
  input.value = '';
});
