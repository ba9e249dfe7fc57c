namespace Tessera.Payments;

internal static class EventIds
{
    public const int OutcomeUnknown = 500;
    public const int RoundFailed = 501;
    public const int RecordFailed = 502;
}
