### 传输的结果：判定、拒绝、提示、步骤。

transfer-notice = 传输
