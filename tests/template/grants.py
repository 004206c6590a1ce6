"""What each function may do: what its code does, and what Lambda does on its behalf."""

SEND = "sqs:SendMessage*"
COUNT = "sqs:GetQueueAttributes"
LOOK = {"sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility*"}
READ = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
DESCRIBE = {"dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}

# The three cases in which AWS lets a policy name no resource.
METRICS = {"cloudwatch:GetMetricData"}
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
NETWORK = {
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}

# Those whose names begin with tocsin/, in this account and region.
SIGNING_SECRETS = "AWS::Partition:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:tocsin/*"
PARAMETERS = "AWS::Partition:ssm:${AWS::Region}:${AWS::AccountId}:parameter/tocsin/*"

FOUNDATION_MODELS = "AWS::Partition:bedrock:*::foundation-model/*"
INFERENCE_PROFILES = "AWS::Partition:bedrock:*:${AWS::AccountId}:inference-profile/*"

# Mail is sent for an identity, and through a configuration set if one is named.
MAIL = {"ses:SendEmail", "ses:SendRawEmail"}
MAIL_IDENTITIES = "AWS::Partition:ses:${AWS::Region}:${AWS::AccountId}:identity/*"
MAIL_SETS = "AWS::Partition:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*"

# Function -> resource -> the actions of its code, and of Lambda on its behalf: reading queues,
# logs and traces. Transactions need the actions of their items.
GRANTS = {
    "IngestFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "SeenTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "MetricTable": {"dynamodb:BatchWriteItem"},
        "EnrichmentTable": {"dynamodb:BatchWriteItem"},
        SIGNING_SECRETS: {"secretsmanager:GetSecretValue"},
        "KeyPepperSecret": {"secretsmanager:GetSecretValue"},
        "EnrichQueue": {SEND, "sqs:GetQueueAttributes"},
        "EnrichUrgentQueue": {SEND, "sqs:GetQueueAttributes"},
        "ArchiveBucket/claims/*": {"s3:PutObject"},
        "IngestLogGroup": LOGS,
        "*": TRACES,
    },
    "EnrichFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "FingerprintTable": {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"},
        "JournalTable": {"dynamodb:PutItem", "dynamodb:BatchWriteItem"},
        "EvaluateQueue": {SEND},
        "EvaluateUrgentQueue": {SEND},
        "EnrichDeadLetterQueue": {SEND},
        "EnrichmentTable": {"dynamodb:BatchWriteItem"},
        "ArchiveBucket/reference/*": {"s3:GetObject"},
        "ArchiveBucket/raw/*": {"s3:PutObject"},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "EnrichQueue": READ,
        "EnrichUrgentQueue": READ,
        "EnrichLogGroup": LOGS,
        "*": TRACES,
    },
    "EvaluateFunction": {
        "ControlTable": {"dynamodb:GetItem", "dynamodb:Query"},
        "GroupTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "GroupTable/index/inhibiting": {"dynamodb:Query"},
        "JournalTable": {"dynamodb:PutItem"},
        "NotifyQueue": {SEND},
        "NotifyUrgentQueue": {SEND},
        "RulesQueue": {SEND},
        "InvestigateQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "ArchiveBucket/groups/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
        "EvaluateQueue": READ,
        "EvaluateUrgentQueue": READ,
        "EvaluateLogGroup": LOGS,
        "*": TRACES,
    },
    "NotifyFunction": {
        "ControlTable": {"dynamodb:GetItem", "dynamodb:Query"},
        "GroupTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "GroupTable/index/inhibiting": {"dynamodb:Query"},
        "JournalTable": {"dynamodb:PutItem"},
        "BreakerTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "NotifyDeadLetterQueue": {SEND},
        SIGNING_SECRETS: {"secretsmanager:GetSecretValue"},
        PARAMETERS: {"ssm:GetParameter"},
        "ActionSecret": {"secretsmanager:GetSecretValue"},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "ArchiveBucket/groups/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
        MAIL_IDENTITIES: MAIL,
        MAIL_SETS: MAIL,
        "NotifyQueue": READ,
        "NotifyUrgentQueue": READ,
        "NotifyLogGroup": LOGS,
        "*": TRACES,
    },
    "RulesFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "RuleTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:DeleteItem",
        },
        "MetricTable": {"dynamodb:Query"},
        "BreakerTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        SIGNING_SECRETS: {"secretsmanager:GetSecretValue"},
        "JournalTable": {"dynamodb:Query"},
        "EnrichQueue": {SEND, COUNT},
        "EnrichUrgentQueue": {SEND, COUNT},
        "EvaluateQueue": {COUNT},
        "EvaluateUrgentQueue": {COUNT},
        "NotifyQueue": {COUNT},
        "NotifyUrgentQueue": {COUNT},
        "EnrichDeadLetterQueue": {COUNT},
        "EnrichUrgentDeadLetterQueue": {COUNT},
        "EvaluateDeadLetterQueue": {COUNT},
        "EvaluateUrgentDeadLetterQueue": {COUNT},
        "NotifyDeadLetterQueue": {COUNT},
        "NotifyUrgentDeadLetterQueue": {COUNT},
        "RulesDeadLetterQueue": {COUNT},
        "InvestigateDeadLetterQueue": {COUNT},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "ArchiveBucket/rules/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
        "RulesQueue": READ,
        "RulesLogGroup": LOGS,
        "*": TRACES | METRICS,
    },
    "InvestigateFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "EnrichmentTable": {
            "dynamodb:BatchWriteItem",
            "dynamodb:Query",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
        },
        "BreakerTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "ArchiveBucket/reference/*": {"s3:GetObject"},
        SIGNING_SECRETS: {"secretsmanager:GetSecretValue"},
        FOUNDATION_MODELS: {"bedrock:InvokeModel"},
        INFERENCE_PROFILES: {"bedrock:InvokeModel"},
        "EvaluateQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "InvestigateQueue": READ,
        "InvestigateLogGroup": LOGS,
        "*": TRACES,
    },
    "TickFunction": {
        "ControlTable": {"dynamodb:Query"},
        "GroupTable/index/resolve-due": {"dynamodb:Query"},
        "GroupTable/index/poke-due": {"dynamodb:Query"},
        "EvaluateQueue": {SEND, "sqs:GetQueueAttributes"},
        "EvaluateUrgentQueue": {SEND, "sqs:GetQueueAttributes"},
        "NotifyQueue": {SEND, "sqs:GetQueueAttributes"},
        "NotifyUrgentQueue": {SEND, "sqs:GetQueueAttributes"},
        "RulesQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:PutObject"},
        "TickLogGroup": LOGS,
        "*": TRACES,
    },
    "LettersFunction": {
        "EnrichDeadLetterQueue": LOOK,
        "EnrichUrgentDeadLetterQueue": LOOK,
        "EvaluateDeadLetterQueue": LOOK,
        "EvaluateUrgentDeadLetterQueue": LOOK,
        "NotifyDeadLetterQueue": LOOK,
        "NotifyUrgentDeadLetterQueue": LOOK,
        "RulesDeadLetterQueue": LOOK,
        "InvestigateDeadLetterQueue": LOOK,
        "ArchiveBucket": {"s3:ListBucket"},
        "ArchiveBucket/letters/*": {"s3:PutObject"},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "JournalTable": {"dynamodb:PutItem", "dynamodb:BatchWriteItem"},
        "LettersLogGroup": LOGS,
        "*": TRACES,
    },
    "ApiFunction": {
        "ControlTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"} | DESCRIBE,
        "SeenTable": {"dynamodb:PutItem"},
        "JournalTable": {"dynamodb:Query"} | DESCRIBE,
        "FingerprintTable": DESCRIBE,
        "GroupTable": {"dynamodb:BatchGetItem"} | DESCRIBE,
        "GroupTable/index/listed": {"dynamodb:Query"},
        "GroupTable/index/inhibiting": {"dynamodb:Query"},
        "ArchiveBucket/groups/*": {"s3:GetObject"},
        "ArchiveBucket/claims/*": {"s3:PutObject"},
        "EnrichQueue": {"sqs:GetQueueAttributes"},
        "EvaluateQueue": {SEND, "sqs:GetQueueAttributes"},
        "EvaluateUrgentQueue": {SEND},
        "NotifyQueue": {"sqs:GetQueueAttributes"},
        "ArchiveBucket": {"s3:ListBucket"},
        "KeyPepperSecret": {"secretsmanager:GetSecretValue"},
        "ActionSecret": {"secretsmanager:GetSecretValue"},
        SIGNING_SECRETS: {"secretsmanager:GetSecretValue"},
        "ApiLogGroup": LOGS,
        "*": TRACES,
    },
}
