# Handing in the work on a lesson.

cmd-hand-in = Hand in…
cmd-hand-in-tip = Saves your answers, the trace and your programs as one file for the teacher
handin-title = Hand in
handin-what = Your answers with their times, the trace of your run and the programs of the lab are saved as one file. It has a checksum of each part, which shows that nothing was changed by accident; it is no proof of who you are.
handin-answered = Answered: { $answered } of { $of } questions.
handin-no-run = The run that your answers were compared with is not in the trace any more. Run the steps again, so that your teacher can see it too.
handin-name = Name
handin-number = Number
handin-no-name = Your name is missing.
handin-save = Save…
handin-saved = Your work is saved as { $file }
handin-saved-why = It holds { $answers ->
    [one] { $answers } answer
   *[other] { $answers } answers
}, the trace, and { $programs ->
    [0] no programs
    [one] { $programs } program
   *[other] { $programs } programs
}.
handin-saved-do = Give this file to your teacher.
handin-left-out-calls = The trace is too long for the file: its oldest { $calls ->
    [one] call is
   *[other] { $calls } calls are
} not in it.
handin-left-out-programs = Not in it, because too long or not readable: { $programs }.
handin-not-saved = Your work was not saved
handin-not-saved-do = Save it in another folder: nothing is lost while the lesson is open.
handin-note = The digests show that nothing in this file was changed by accident. They are no proof of identity: they do not show who has written it.

# What is wrong with a file that was handed in.
handin-unreadable = it can't be read: { $reason }
handin-not-file = it is not a file but a folder, a pipe or a device
handin-not-zip = it is not a hand-in, or it is damaged
handin-too-long = it is longer than { $most } MiB
handin-many-entries = it holds more than { $most } files
handin-too-large = unpacked it is larger than { $most } MiB
handin-bad-entry = it holds "{ $name }", which is not a plain file of a hand-in
handin-twice = two files in it have the same name
handin-no-manifest = it has no manifest of a hand-in
handin-other-format = another version of the program has written it ({ $format })
handin-altered = "{ $name }" in it was altered after it was saved
handin-bad-answers = its answers can't be read

# socket-lab grade.
cli-grade = Make a table of what a class has handed in for a lesson
cli-grade-lesson = The lesson (*.lab.toml)
cli-grade-files = Files that were handed in (*.lab-handin), or folders with them
cli-grade-csv = Also write the table into a CSV file
cli-grade-html = Also write the table as a page for a browser
cli-value-lesson = LESSON
cli-value-hand-ins = HAND-INS
grade-no-lesson = { $file }: this lab has no lesson
grade-cant-look = { $file }: { $reason }
grade-cant-write = { $file }: { $reason }
grade-would-overwrite = { $file } would be overwritten: it is the lesson, or was handed in
grade-same-output = { $file } is to be both the CSV file and the page
grade-many-files = there are more than { $most } files: grade them in several runs
grade-no-files = nothing was handed in there: no file ends in .lab-handin
grade-other-lesson = it belongs to another lesson: { $lesson }
grade-summary = Summary ({ $count ->
    [one] { $count } student
   *[other] { $count } students
})
grade-question = { $number }. { $title }: { $right } right, { $wrong } wrong, { $rest } without a result
grade-all = All
grade-student = { $number } { $name }: { $right } of { $of } right, tries: { $tries }, saved { $saved }
grade-answer = { $part }. { $title }: { $mark }, "{ $given }", tries: { $tries }, { $at }
grade-no-answer = { $part }. { $title }: { $mark }
grade-programs = Programs: { $programs }
grade-failed = Failed
grade-failure = { $number } { $name }: { $part }. { $title }: { $mark } { $given }
grade-truth = (true: { $truth })
grade-nobody-failed = Nobody: every answer is right.
grade-right = right
grade-wrong = wrong
grade-not-shown = not shown by the trace
grade-not-run = not run
grade-missing = no answer
grade-not-graded = Not graded
grade-not-graded-count = { $count ->
    [one] { $count } file was not graded
   *[other] { $count } files were not graded
}
grade-passed-over = { $count ->
    [one] { $count } other file in the folders does
   *[other] { $count } other files in the folders do
} not end in .lab-handin
grade-column-question = Question
grade-column-mark = Mark
grade-column-answer = Answer
grade-column-truth = True answer
grade-class = What the class has said

# What is odd about a file that was graded.
grade-remark-version = done with another version of the lesson
grade-remark-calls = { $calls ->
    [one] the oldest call
   *[other] the oldest { $calls } calls
} of the trace did not fit into the file
grade-remark-programs = not in the file: { $programs }
grade-remark-again = the same number is also in { $file }
grade-doubt-recorded = the file says that the truth was { $recorded }, and the trace shows something else
grade-doubt-right = the file says that the answer was right, and it is not
grade-doubt-wrong = the file says that the answer was wrong, and it is right
grade-doubt-no-trace = there is no trace in the file
grade-doubt-bad-trace = the trace in the file can't be read
grade-doubt-other-calls = the trace in the file is not that of the run that was answered
grade-doubt-no-call = no call of the trace gives the answer
grade-doubt-other-kind = the answer is to another kind of question
