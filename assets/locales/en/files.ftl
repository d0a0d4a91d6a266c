### Serving and downloading: the Transfers pane, the windows Serve and Download, the fields of the form.
