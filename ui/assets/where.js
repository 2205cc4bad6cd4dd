// The page remembers which documents it asks, over a reload and a restart of the server, until it is closed.
const name = 'quoteback.where';

try { props.value = sessionStorage.getItem(name) || ''; } catch (error) { /* for this visit only, then */ }
watch('value', () => {
  try { sessionStorage.setItem(name, props.value); } catch (error) { /* likewise */ }
});
trigger('recall');
