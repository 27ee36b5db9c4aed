/** Fields that the CRM under test has: a long text, a text of 20, a number, a checkbox, a date. */
export const fields = {
  externalId: 'Kenko_Account_Id__c',
  text: 'Kenko_Reasons__c',
  shortText: 'Kenko_Band__c',
  number: 'Kenko_Health__c',
  checkbox: 'Kenko_Waiting__c',
  date: 'Kenko_Date__c',
} as const;
