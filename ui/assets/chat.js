// A new question goes to the top of the conversation, with its answer below it; other changes leave it where it is.
let before = '', at = 0;
element.addEventListener('scroll', (event) => { at = event.target.scrollTop; }, true);

watch('value', () => {
  const log = element.querySelector('.qb-log');
  const questions = log.querySelectorAll('.qb-question');
  const now = `${questions.length} ${log.querySelectorAll('.qb-pending, .qb-note').length}`;
  if (now === before) log.scrollTop = at;
  else if (questions.length) log.scrollTop = questions[questions.length - 1].offsetTop - 16;
  before = now;
});
