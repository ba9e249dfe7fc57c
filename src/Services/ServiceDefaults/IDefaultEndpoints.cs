using Microsoft.AspNetCore.Routing;

namespace Tessera.ServiceDefaults;

/// <summary>Endpoints that a set of defaults adds to every service; mapped by <c>MapDefaultEndpoints</c>.</summary>
public interface IDefaultEndpoints
{
    void Map(IEndpointRouteBuilder routes);
}
