// The newest question stays at the top of the conversation, with its answer below it.
watch('value', () => {
  const log = element.querySelector('.qb-log');
  const questions = log.querySelectorAll('.qb-question');
  if (questions.length) log.scrollTop = questions[questions.length - 1].offsetTop - 16;
});
