namespace Tessera.Webhooks;

internal static class EventIds
{
    public const int RoundFailed = 800;
    public const int AttemptFailed = 801;
    public const int DeliveryLost = 802;
    public const int EndpointDisabled = 803;
    public const int EndpointEnded = 804;
    public const int PruneFailed = 805;
}
