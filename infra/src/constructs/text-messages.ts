import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition/index.js";
import { SnsSmsPreferences } from "@cdktf/provider-aws/lib/sns-sms-preferences/index.js";
import { Construct } from "constructs";

export interface TextMessagesProps {
  /** The most that they may cost in a month, in US dollars. */
  readonly monthlyUsd: number;
}

/**
 * What SNS may spend on text messages. It belongs to the account and the region; AWS allows 1 dollar until its Support raises
 * that.
 */
export class TextMessages extends Construct {
  /** All topics. A phone number is no resource: who may send to numbers alone may publish to anything but these. */
  readonly topics: string;

  constructor(scope: Construct, id: string, { monthlyUsd }: TextMessagesProps) {
    super(scope, id);
    new SnsSmsPreferences(this, "preferences", {
      monthlySpendLimit: monthlyUsd,
      defaultSmsType: "Transactional",
    });
    const { partition } = new DataAwsPartition(this, "partition");
    this.topics = `arn:${partition}:sns:*:*:*`;
  }
}

/**
 * What is asked before a message is sent. None of these has a resource.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
 */
export const textQuestions = [
  "sns:CheckIfPhoneNumberIsOptedOut",
  "sns:GetSMSSandboxAccountStatus",
  "sns:ListSMSSandboxPhoneNumbers",
];
