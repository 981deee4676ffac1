// Command routing prints the configuration that the Prometheus Operator gives to an Alertmanager: its global one
// and the AlertmanagerConfigs, each of which is validated first. The code that does it is the operator's own (see
// operator.json).
//
// `routing certificate DIRECTORY` writes certificate.pem and key.pem for a server on 127.0.0.1 instead.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/blang/semver/v4"

	"github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	validation "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager/validation/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
)

type question struct {
	// Global is an alertmanager.yml, Version the Alertmanager's own.
	Global  string                         `json:"global"`
	Version string                         `json:"version"`
	Configs []*v1alpha1.AlertmanagerConfig `json:"configs"`
}

func main() {
	var err error
	if len(os.Args) == 3 && os.Args[1] == "certificate" {
		err = certificate(os.Args[2])
	} else {
		err = route(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func route(in io.Reader, out io.Writer) error {
	var asked question
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	version, err := semver.Parse(asked.Version)
	if err != nil {
		return err
	}
	// The Alertmanager object's own namespace and strategy: none, so the default, OnNamespace.
	builder := alertmanager.NewConfigBuilder(
		slog.New(slog.NewTextHandler(os.Stderr, nil)), version, &assets.StoreBuilder{}, &monitoringv1.Alertmanager{})
	if err := builder.InitializeFromRawConfiguration([]byte(asked.Global)); err != nil {
		return err
	}
	configs := map[string]*v1alpha1.AlertmanagerConfig{}
	for _, each := range asked.Configs {
		if err := validation.ValidateAlertmanagerConfig(each); err != nil {
			return fmt.Errorf("AlertmanagerConfig %s/%s: %w", each.Namespace, each.Name, err)
		}
		configs[each.Namespace+"/"+each.Name] = each
	}
	if err := builder.AddAlertmanagerConfigs(context.Background(), configs); err != nil {
		return err
	}
	text, err := builder.MarshalJSON() // It is YAML.
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
