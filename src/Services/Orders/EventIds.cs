namespace Tessera.Orders;

internal static class EventIds
{
    public const int CatalogAway = 400;
    public const int ActedFor = 410;
    public const int Changed = 411;
    public const int ChangesNotTold = 420;
    public const int ChangesNotHeard = 421;
    public const int FollowersNotTended = 422;
}
