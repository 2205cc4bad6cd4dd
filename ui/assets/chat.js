// The newest question stays at the top of the conversation, on a narrow page at the top of the window, with its answer
// below it; and where the button that was pressed is gone, the keyboard is at the conversation.
let nQuestions = 0;

watch('value', () => {
  const log = element.querySelector('.qb-log');
  const questions = [...log.querySelectorAll('.qb-question')];
  const newest = questions.at(-1);
  if (newest) log.scrollTop = newest.offsetTop - 16;
  if (questions.length > nQuestions && window.matchMedia('(max-width: 860px)').matches) newest.scrollIntoView();
  nQuestions = questions.length;
  if (document.activeElement === document.body) log.focus({ preventScroll: true });
});
