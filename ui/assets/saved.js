// A file that the server wrote is offered as a download; it never gets an address of its own.
watch('value', () => {
  const file = element.querySelector('i');
  if (!file) return;
  const bytes = Uint8Array.from(atob(file.textContent), (character) => character.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.dataset.kind }));
  link.download = file.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});
