namespace Tessera.ServiceDefaults;

internal static class EventIds
{
    public const int Ready = 100;
    public const int StartRefused = 101;
    public const int StopUnconfirmed = 102;
    public const int Migrated = 103;
    public const int NothingToMigrate = 104;
    public const int RequestFailed = 110;
    public const int KeysRefreshed = 120;
    public const int KeysUnavailable = 121;
    public const int KeyFileUnusable = 122;
}
