// The newest question stays at the top of the conversation, with its answer below it; and where the button that was
// pressed is gone, the keyboard is at the conversation.
watch('value', () => {
  const log = element.querySelector('.qb-log');
  const questions = log.querySelectorAll('.qb-question');
  if (questions.length) log.scrollTop = questions[questions.length - 1].offsetTop - 16;
  if (document.activeElement === document.body) log.focus({ preventScroll: true });
});
