# Lessons.
menu-lessons = Lessons
welcome-lessons = Lessons
welcome-lessons-done = { $done } of { $of } done
lesson-is-done = This lesson is done
lesson-is-open = Not done yet
cmd-show-lesson = Show the lesson
cmd-show-lesson-tip = Shows the lesson of this lab at the left, or puts it away
cmd-reload-lab = Reload the lab file
cmd-reload-lab-tip = Reads the lab's file again, for instance after a text of its lesson was changed
boundary-lesson = Width of the lesson

lesson-heading = Lesson
lesson-hide = Put the lesson away
lesson-smaller = Smaller text
lesson-larger = Larger text
lesson-start-over = Start the lesson over
lesson-source = Source
lesson-complete = The lesson is done.
lesson-part-done = done
lesson-part-open = not done
lesson-go-on = Go on
lesson-predict = Predict
lesson-predict-anew = Change the prediction
lesson-check = Check
lesson-answer = Your answer
lesson-no-number = The answer is a whole number, such as 5.
lesson-blocks = it blocks
lesson-returns = it returns at once
lesson-next-call = Next call: { $call }
lesson-order-anew = Choose the order again
lesson-select-call = Click a call in the traffic table or on the ladder.
lesson-selected = Selected: { $call }
lesson-run = Run the steps
lesson-run-again = Run the steps again
lesson-run-over = The run is over.
lesson-run-failed = The run could not begin: the notices say why.
lesson-predict-first = Predict first: the steps can be run once every question before them has an answer.
lesson-to-prediction = Go to the question
lesson-you-predicted = You predicted: { $answer }
lesson-you-said = You said: { $answer }
lesson-truth = What happened: { $answer }
lesson-truth-later = The run will show what happens.
lesson-show-answer = Show the answer
lesson-show = Show: { $view }
lesson-waits = Waiting for it to happen…
lesson-seen = Done: it was seen in the traffic.
lesson-done-anyway = I have done it

# What is wrong with a lesson in a lab file.
lesson-what-texts = a text in both languages: {"{"} en = "…", zh = "…" {"}"}
lesson-what-parts = a list of parts: [[lesson.parts]]
lesson-what-choices = a list of choices: [[lesson.parts.choices]] with en and zh
lesson-what-calls = a list of calls, such as ["socket", "bind", "listen"]
lesson-what-answer = an answer: a value, or {"{"} filter = "…", field = "…" {"}"}
lesson-what-hints = a list of hints: [[lesson.parts.when_wrong]] with is, en and zh
lesson-both-languages = a lesson has its texts in both languages: expected {"{"} en = "…", zh = "…" {"}"}
lesson-long-text = a text has at most { $most } characters here
lesson-empty-text = the text is empty
lesson-picture = pictures are not shown in a lesson
lesson-many-parts = a lesson has at most { $most } parts
lesson-no-parts = a lesson has at least one part
lesson-many-hints = a part has at most { $most } hints
lesson-number-of-choices = there are from 2 to { $most } of them
lesson-nothing-to-run = the lab has no steps that could be run
lesson-never-run = a lesson of a lab with steps that asks something needs a part with run = true
lesson-without-question = this belongs to a question: the part has no ask
lesson-not-of-kind = this does not belong to a question of the kind { $kind }
lesson-stray-key = this needs filter (field, nth) or is (on)
lesson-no-answer = nothing answers the question on every system: give filter, or is without on
lesson-choice-by-when = a choice is found by the filter in its when
lesson-of-all = this field is about all calls that match, and has no nth
lesson-call-twice = this call is there already
lesson-other-calls = the answer must have exactly the calls of the question
lesson-call-by-filter = a call is found by a filter
lesson-ready-for-nothing = ready belongs to a part with do

# socket-lab check.
check-lesson-programs = { $file }: its lesson was not run, because the lab starts programs
check-lesson-failed = { $file }: the lesson does not run: { $why }
check-lesson-long = its steps are not over after { $seconds } s
check-lesson-step = step { $step }: { $detail }
check-lesson-no-answer = part { $part } ({ $title }): no call of the run gives its answer
check-lesson-differs = part { $part } ({ $title }): the answer is given as { $known }, and the run shows { $seen }
check-lesson-answer = { $file }: part { $part } ({ $title }): { $answer }
