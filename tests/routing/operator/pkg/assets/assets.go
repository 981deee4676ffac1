// Package assets stands in for the operator's, which reads Secrets and ConfigMaps from a cluster: here there is none.
package assets

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)

// StoreBuilder is empty: an AlertmanagerConfig that names a Secret or a ConfigMap is refused.
type StoreBuilder struct{}

// StoreGetter is the same for one namespace.
type StoreGetter struct{ namespace string }

func (*StoreBuilder) GetSecretKey(_ context.Context, namespace string, selector v1.SecretKeySelector) (string, error) {
	return "", fmt.Errorf("there is no Secret %s/%s", namespace, selector.Name)
}

func (*StoreBuilder) GetKey(_ context.Context, namespace string, _ monitoringv1.SecretOrConfigMap) (string, error) {
	return "", fmt.Errorf("there is no Secret or ConfigMap in %s", namespace)
}

func (*StoreBuilder) ForNamespace(namespace string) StoreGetter { return StoreGetter{namespace} }

func (s StoreGetter) TLSAsset(any) string {
	panic(fmt.Sprintf("there is no Secret or ConfigMap in %s", s.namespace))
}
