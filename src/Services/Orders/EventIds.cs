namespace Tessera.Orders;

internal static class EventIds
{
    public const int CatalogAway = 400;
    public const int ActedFor = 410;
}
