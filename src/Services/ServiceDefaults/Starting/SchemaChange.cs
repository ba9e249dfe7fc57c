namespace Tessera.ServiceDefaults;

/// <summary>Who brings the tables of a service up to date.</summary>
public enum SchemaChange
{
    /// <summary>The service itself, when it starts. Of several replicas the first.</summary>
    AtStart,

    /// <summary>Somebody else: the service lives, is not ready, and waits until it is done.</summary>
    Wait,

    /// <summary>Somebody else, and it is done already: a service that finds its tables old does not start.</summary>
    Refuse,

    /// <summary>This process, which ends then and serves nobody: what the argument <c>--migrate</c> stands for.
    /// </summary>
    Only,
}
