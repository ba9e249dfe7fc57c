using System.Text.Json.Nodes;

namespace Tessera.ServiceDefaults;

/// <summary>A set of defaults says what it knows of the service, when that is asked to describe itself.</summary>
public interface IDescribeService
{
    void Describe(JsonObject description);
}
