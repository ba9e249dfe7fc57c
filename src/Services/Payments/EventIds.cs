namespace Tessera.Payments;

internal static class EventIds
{
    public const int OutcomeUnknown = 500;
    public const int RoundFailed = 501;
    public const int RecordFailed = 502;
    public const int CallbackKnown = 503;
    public const int CallbackTaken = 504;
    public const int CallbackNotTaken = 505;
}
