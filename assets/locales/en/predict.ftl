# Predict, then see.
cmd-predict = Predict
cmd-predict-tip = Asks what the next call will do, before it is made
words-predict = prediction guess ask vote room answer quiz

predict-question = What will { $call } do?
predict-kind = What is predicted
predict-returns = it returns
predict-fails = it fails with
predict-blocks = it blocks
predict-bytes = it moves the bytes
predict-value = Predicted value
predict-hint-number = a number
predict-hint-error = E…, an error
predict-hint-bytes = a text; \n, \xff
predict-votes = votes
predict-votes-of-room = Votes of the room
predict-go = Predict
predict-said = predicted:
predict-take-back = Take back { $answer }
predict-close = Put the question away
predict-with-votes = { $what } ({ $votes ->
    [one] one vote
   *[other] { $votes } votes
})
predict-truth = What happened:
predict-blocked = { $call } blocks in the kernel
predict-verdict = { $answer }: { $verdict }
predict-right = right
predict-wrong = wrong
predict-open = not known yet
predict-no-number = What { $name } returns is a whole number, such as 5.
predict-is-error = { $typed } means that the call fails: choose “it fails with”, and the error's name.
predict-no-error = An error has a name, such as ECONNRESET.
predict-is-number = { $typed } is a number: choose “it returns”.
predict-too-long = At most { $most } bytes can be predicted.
predict-no-votes = Votes are a whole number, such as 12.
predict-full = There are { $most } answers already: take one back first.
fact-predicted = Predicted
